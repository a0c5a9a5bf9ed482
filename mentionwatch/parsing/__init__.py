"""Reading documents where they can do no harm: in processes beside this one, bounded from outside.

``pool.Parser`` hands a document to a ``worker`` and takes back what the adapter read; ``wire`` is what they say to each
other.  A worker imports neither the pool nor asyncio, so that it starts in the time that Python itself takes.
"""
