"""SES API v2 in memory, with the rules and the sense of time of the real one."""
