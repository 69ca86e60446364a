"""Where the parts of a picture lie: numbers for the templates that draw them."""

from contexta.render.drawing.chart import Drawing, Flag, Path, draw
from contexta.render.drawing.histogram import Columns, columns
from contexta.render.drawing.scales import Tick
from contexta.render.drawing.spark import points as spark_points
from contexta.render.drawing.timeline import Lane, Lanes, lanes

__all__ = ["Columns", "Drawing", "Flag", "Lane", "Lanes", "Path", "Tick", "columns", "draw", "lanes", "spark_points"]
