"""Numbers for staff and council: the dashboard, the plans' indicators, the monthly report, the daily digest."""
