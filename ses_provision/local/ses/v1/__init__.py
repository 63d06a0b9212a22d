"""The API v1 of SES (query protocol), on the same state as SESv2.

Whatever the API v2 has too is asked of it and told in the words of v1: codes, spellings, maps by
identity. What only v1 knows lives here: notification topics, the mail that arrives.
"""
