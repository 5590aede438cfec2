from organizing.seeds import campaign, outreach

__all__ = ["campaign", "outreach"]
