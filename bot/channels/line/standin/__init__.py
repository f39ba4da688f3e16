"""A stand-in for LINE's Messaging API, as strict as LINE is: for the simulator and for tests."""

from bot.channels.line.standin.app import create_standin_app
from bot.channels.line.standin.contract import validate_messages
from bot.channels.line.standin.rules import Violation
from bot.channels.line.standin.state import LoggedRequest, SentReply, StandIn

__all__ = ["LoggedRequest", "SentReply", "StandIn", "Violation", "create_standin_app", "validate_messages"]
