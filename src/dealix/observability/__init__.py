"""What operators see of a running installation: logs without people, metrics, a clean exit."""
