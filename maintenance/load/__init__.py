"""Many people at once, over real HTTP: what they do, how it is measured, and what is said of it.

``registry`` knows what rooms offer, ``running`` finds or starts the server and starts ``generator``, a process of its
own in which locust plays the people: its patched sockets and threads never meet the rest of ``manage.py``.
"""
