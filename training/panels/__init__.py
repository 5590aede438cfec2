from training.panels import home, pages

__all__ = ["home", "pages"]
