from local.conftest import origin as origin
