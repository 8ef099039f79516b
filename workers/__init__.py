"""What happens to one item: read, understand, place, join, route, deliver."""
