"""The demo factory: 28 machines, 650 people and two years of records, from one seed and today's date.

plant, people, checks and hazards only compute; load writes what they made in one transaction.
"""
