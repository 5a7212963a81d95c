-- Names of indexes at the limit stay whole.
CREATE TABLE organisation_monthly_statistics_by_department (id bigserial PRIMARY KEY, organisation_reference text, department_reference text, period text);
CREATE UNIQUE INDEX organisation_monthly_statistics_by_department_period_unique_idx ON organisation_monthly_statistics_by_department (organisation_reference, department_reference, period);
