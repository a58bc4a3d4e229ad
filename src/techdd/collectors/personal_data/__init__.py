"""Personal data as schemas, models and log statements name it, and the code that looks after it."""

from techdd.collectors.personal_data.assess import personal_data as probe
from techdd.collectors.personal_data.gather import FieldSearch, PersonalField
from techdd.collectors.personal_data.gather import personal_data as collector

__all__ = ["FieldSearch", "PersonalField", "collector", "probe"]
