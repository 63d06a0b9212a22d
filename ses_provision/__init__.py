"""Amazon SES from an empty AWS account to verified, monitored sending."""

__version__ = "0.1.0"
