"""The pages of figures: how it goes, the monthly report, the plans' indicators, the daily digest."""
