#include "reporters/reporters.hpp"
