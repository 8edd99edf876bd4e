"""``python -m benchmarks.load``: how fast the whole system is, over running processes, beside what else there is.

For whoever measures another program with the same load (``benchmarks.peers``): ``generator`` posts webhooks to a
``Target`` and tells when each was answered, ``standin`` is the Twilio that replies are sent to and knows when it
took each, ``figures`` is what every measurement comes to. ``replies.replies`` puts the first two together.
"""
