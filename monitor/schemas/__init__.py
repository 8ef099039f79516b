"""The JSON Schemas of what Rasid gives to machines."""
