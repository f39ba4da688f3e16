"""A LINE talk room in the browser, for trying everything on one machine. Development only."""

from bot.simulator.app import SimulatedChannel, create_simulator
from bot.simulator.delivery import http_deliver

__all__ = ["SimulatedChannel", "create_simulator", "http_deliver"]
