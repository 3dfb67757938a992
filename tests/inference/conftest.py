"""The made models, for the tests of the engine."""

from tests.made_models import endless_model, minilm_model, noise_model, tiny_model

__all__ = ["endless_model", "minilm_model", "noise_model", "tiny_model"]
