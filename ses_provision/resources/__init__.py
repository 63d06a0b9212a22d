"""AWS objects, one file a service: how each is read and written."""
