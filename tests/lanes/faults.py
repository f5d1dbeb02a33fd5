"""What a test breaks in a flow; its state is one for the test and the flow's sandbox."""

import threading

broken = threading.Event()
"""Set: the flow's code fails after its gate, at each attempt."""
