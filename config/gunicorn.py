"""How gunicorn serves the pages: two processes with threads, since pages wait on the database."""

from pathlib import Path

from config.environment import load_environment

wsgi_app = "config.wsgi:application"
worker_class = "gthread"
env = load_environment()
workers = env.web_concurrency
# The proxies that are believed when they say that a request came by https.
forwarded_allow_ips = env.forwarded_allow_ips
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
