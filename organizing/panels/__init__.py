from organizing.panels import outreach, workspace

__all__ = ["outreach", "workspace"]
