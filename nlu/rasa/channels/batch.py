"""The way in for the app: many texts in one request, understood in one run of Rasa's graph."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.contract import BadRequest, read_texts
from parsing import parse_with_graph

logger = logging.getLogger(__name__)

_PROBE = "jalan berlubang di depan pasar"


class BatchChannel(InputChannel):
    """POST /webhooks/batch/parse and GET /webhooks/batch/ready.

    Batches run in one thread of their own: the event loop stays free, and two batches never compete.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="batch")
        self._probed = False

    @classmethod
    def name(cls) -> str:
        """The part of the path that stands for this channel."""
        return "batch"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The two routes."""
        routes = Blueprint("batch_channel")

        @routes.post("/parse")
        async def parse(request: Request) -> HTTPResponse:
            return await self._parse(request)

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            return await self._ready(request)

        return routes

    async def _parse(self, request: Request) -> HTTPResponse:
        processor = _processor(request)
        if processor is None:
            return _json({"error": "no model is loaded; train one and start again."}, 503)
        try:
            texts = read_texts(request.body)
        except BadRequest as error:
            return _json({"error": str(error)}, 400)
        try:
            results = await self._run(processor, texts)
        except Exception as error:  # the reason is logged by its kind alone, because it may quote a message
            logger.error("a batch of %d texts failed: %s", len(texts), type(error).__name__)
            return _json({"error": "the batch could not be understood; see the server's log."}, 500)
        return _json({"model": processor.model_filename, "results": results})

    async def _ready(self, request: Request) -> HTTPResponse:
        processor = _processor(request)
        if processor is None:
            return _json({"ready": False, "model": None}, 503)
        if not self._probed:
            try:
                await self._run(processor, [_PROBE])
            except Exception as error:
                logger.error("the probe failed: %s", type(error).__name__)
                return _json({"ready": False, "model": processor.model_filename}, 503)
            self._probed = True
        return _json({"ready": True, "model": processor.model_filename})

    async def _run(self, processor: Any, texts: list[str]) -> list[dict[str, Any]]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, parse_with_graph, processor, texts)


def _processor(request: Request) -> Any:
    """Rasa's message processor, or None as long as no model is loaded."""
    return getattr(getattr(request.app.ctx, "agent", None), "processor", None)


def _json(body: dict[str, Any], status: int = 200) -> HTTPResponse:
    """JSON in ASCII, so that half a surrogate pair in a place does not break it."""
    return response.json(body, status=status, dumps=json.dumps)
