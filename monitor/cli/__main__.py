"""`python -m monitor.cli`, where the console script is not on the path."""

from monitor.cli import main

main()
