"""The web process, HTTP and WebSocket on one port: `python -m config.web HOST PORT`."""

import sys

import uvicorn


def main(host: str, port: str) -> None:
    from config.asgi import application

    print(f"The web listens on {host}:{port}", flush=True)
    uvicorn.run(
        application,
        host=host,
        port=int(port),
        lifespan="off",
        ws="websockets-sansio",
        # What a page says is short, and a window for compression would cost each open page more than all else it holds.
        ws_max_size=64 * 1024,
        ws_per_message_deflate=False,
        # Without the log of requests: it would say from which address somebody reported without a name.
        access_log=False,
        log_config=None,
        log_level="warning",
        # Whom to believe about an address is decided by TRUSTED_PROXY_COUNT.
        proxy_headers=False,
        server_header=False,
        # Longer than a proxy in front keeps a line open, or it would write to one that is just being closed.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
