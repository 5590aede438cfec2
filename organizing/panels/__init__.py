from organizing.panels import workspace

__all__ = ["workspace"]
