"""Laws that hold for every environment: one table of environments, one life each, many laws."""
