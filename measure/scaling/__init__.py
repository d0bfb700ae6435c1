"""Sample inputs made larger, in the shape that they have and as the problem's text allows."""

from effilint.measure.scaling.scaler import Example, Grown, Scaler, scale_inputs, scalers

__all__ = ["Example", "Grown", "Scaler", "scale_inputs", "scalers"]
