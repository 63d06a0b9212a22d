"""Value in, another tool's files out.

An export takes what stands in the account, as the engine read it, and writes it so that the other
tool imports it without a change; for Grafana and Redshift it writes what these read. What a format
cannot say is listed as left out. Nothing here asks AWS, and nothing prints.
"""
