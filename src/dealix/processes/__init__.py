"""The processes of a running installation, each started by its module name."""
