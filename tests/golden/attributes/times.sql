-- Each precision has its type, timestamps with time zone name it in casts.
CREATE TABLE moments (
  id bigserial PRIMARY KEY,
  second timestamp(0), fine timestamp, millis timestamp(3),
  zoned timestamptz, zoned_second timestamptz(0),
  day date, hour time, hour_second time(0), length interval
);
