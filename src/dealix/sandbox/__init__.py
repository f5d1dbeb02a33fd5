"""The other side, played: providers over real sockets, faults on demand, a record to judge by.

It imports nothing of the rest of Dealix, since a judge that shares a helper sees no bug in it.
"""
