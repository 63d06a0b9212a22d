"""Value in, text out. Nothing here reads, writes or prints."""
