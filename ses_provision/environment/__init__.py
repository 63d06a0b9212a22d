"""What a file in `config/` may say.

`shapes` are the forms of single settings, `sections` the tables of the file, `environment` the
whole with the names that follow from it, `loading` turns files into environments and mistakes into
sentences. Nothing here asks AWS or DNS. Begin with `environment`.
"""

from ses_provision.environment.environment import Environment

__all__ = ["Environment"]
