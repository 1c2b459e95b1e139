"""What a slot does while Headway is silent."""

import asyncio
import logging
import socket
import time

import grpc
import headway_client.aio
import headway_client.slot
import pytest
from headway.v1 import slots_pb2
from headway.v1.headway_service_pb2_grpc import HeadwayServiceStub
from headway_client import AsyncSlot, HeadwayError, Slot
from headway_client._channel import Connect
from headway_client._renewer import Renewer
from headway_client._slots import Grant


@pytest.fixture
def address(monkeypatch):
    """Of a port that takes connections and says nothing."""
    for module in (headway_client.slot, headway_client.aio):
        monkeypatch.setattr(module, "END_TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield "{}:{}".format(*server.getsockname())


def grant():
    message = slots_pb2.AcquireSlotResponse(slot_id="slot_1")
    return Grant(message, 60.0, time.monotonic())


def test_ending_it_is_given_up(address, caplog):
    connect = Connect(address, None, tls=False, keep_alive=0)
    renewer = Renewer()
    with grpc.insecure_channel(address) as channel:
        stub = HeadwayServiceStub(channel)
        for end in (Slot.settle, Slot.release):
            with pytest.raises(HeadwayError) as raised:
                end(Slot(stub, connect, renewer, grant()))
            assert raised.value.code == grpc.StatusCode.DEADLINE_EXCEEDED
        with caplog.at_level(logging.WARNING), Slot(stub, connect, renewer, grant()):
            pass
    renewer.close()
    assert "could not be settled" in caplog.text


def test_ending_it_is_given_up_in_asyncio(address, caplog):
    async def run():
        connect = Connect(address, None, tls=False, keep_alive=0)
        async with grpc.aio.insecure_channel(address) as channel:
            stub = HeadwayServiceStub(channel)
            for end in (AsyncSlot.settle, AsyncSlot.release):
                with pytest.raises(HeadwayError) as raised:
                    await end(AsyncSlot(stub, connect, grant()))
                assert raised.value.code == grpc.StatusCode.DEADLINE_EXCEEDED
            with caplog.at_level(logging.WARNING):
                async with AsyncSlot(stub, connect, grant()):
                    pass

    asyncio.run(run())
    assert "could not be settled" in caplog.text
