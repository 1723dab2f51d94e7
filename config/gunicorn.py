"""How gunicorn serves the pages: two processes with threads, since pages wait on the database."""

import os
from pathlib import Path

wsgi_app = "config.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8
timeout = 60
graceful_timeout = 15
max_requests = 5000
max_requests_jitter = 500
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
control_socket_disable = True
# Requests are logged by the application, with phone numbers and private links masked.
accesslog = None
# Below that it remarks on every HEAD request.
loglevel = "error"
