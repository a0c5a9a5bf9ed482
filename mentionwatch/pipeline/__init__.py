"""Pipeline: the only modules that join the stages."""
