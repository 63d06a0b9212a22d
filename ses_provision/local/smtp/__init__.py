"""The SMTP endpoint of the local SES: `email-smtp.<region>.amazonaws.com` on loopback.

`server` speaks the protocol with aiosmtpd, `post_office` knows who may log in and send, `replies`
puts refusals into SMTP's words, `certificates` makes what TLS needs when the server starts.
"""
