"""How gunicorn serves the shop: ``gunicorn`` in this folder."""

import os
from typing import Any

wsgi_app = "project.wsgi"
bind = f"127.0.0.1:{os.environ.get('PORT') or 0}"  # 0 is a free port
workers = 2
threads = 4
preload_app = True  # connectly-conversions starts nothing before the fork
loglevel = "warning"


def when_ready(server: Any) -> None:
    """Tells where the shop is, once it can be visited."""
    host, port = server.LISTENERS[0].sock.getsockname()
    print(f"The shop: http://{host}:{port}/", flush=True)
