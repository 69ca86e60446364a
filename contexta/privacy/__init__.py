"""What of a workspace is not shown: decided once, where its lines become what reports are made from."""

from contexta.privacy.policy import SECRETS, Privacy

__all__ = ["SECRETS", "Privacy"]
