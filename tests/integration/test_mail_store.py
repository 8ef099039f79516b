"""A real IMAP server (Dovecot) puts the revisions of one alert into one thread."""

from __future__ import annotations

import imaplib
import os
import shutil
from pathlib import Path

import pytest
from aiosmtpd.handlers import Mailbox

from tests.test_mail import NOW, message, receiver, smtp
from workers.mail import send_mail

IMAP = Path("/usr/lib/dovecot/imap")
NOBODY = 65534
CONFIG = """mail_location = maildir:{store}
base_dir = {folder}
ssl = no
first_valid_uid = 0
first_valid_gid = 0
mail_uid = {user}
mail_gid = {user}
"""


@pytest.fixture
def dovecot() -> Path:
    """Dovecot's IMAP program: Debian's package dovecot-imapd. CI has it."""
    if not IMAP.exists():
        assert not os.environ.get("CI"), "dovecot-imapd is not installed"
        pytest.skip("dovecot-imapd is not installed")
    return IMAP


def test_an_imap_server_shows_one_thread_an_alert(dovecot: Path, short_dir: Path) -> None:
    store, conf = short_dir / "store", short_dir / "dovecot.conf"
    with smtp(Mailbox(str(store))) as port:
        told = (message(1), message(1, "al_2"), message(2, why="status changed"), message(3, why="new place"))
        for one in told:
            send_mail(one, receiver(port), NOW, 10.0)
    root = os.getuid() == 0  # Dovecot does not serve mail to root
    user = NOBODY if root else os.getuid()
    conf.write_text(CONFIG.format(store=store, folder=short_dir, user=user), "utf-8")
    command = f"env HOME={short_dir} USER=nobody {dovecot} -c {conf}"
    if root:
        for path in (short_dir, *short_dir.rglob("*")):
            shutil.chown(path, NOBODY, NOBODY)
        command = f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups {command}"
    server = imaplib.IMAP4_stream(command)
    try:
        server.select(readonly=True)
        _, (threads,) = server.thread("REFERENCES", "UTF-8", "ALL")
        _, found = server.fetch("1:*", "(BODY[HEADER.FIELDS (X-RASID-ID)])")
    finally:
        server.logout()
    names = [part[1].decode().split(": ")[1].strip() for part in found if isinstance(part, tuple)]
    numbers = {name: str(number) for number, name in enumerate(names, 1)}
    first, second, third = (numbers[f"al_1_r{n}"] for n in (1, 2, 3))
    assert f"({first} ({second})({third}))" in threads.decode()
    assert f"({numbers['al_2_r1']})" in threads.decode()
