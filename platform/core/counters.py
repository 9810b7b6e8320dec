from core.models import Counter


def next_number(name: str) -> int:
    """The next number of this series, without gaps; the row stays locked until the transaction ends."""
    return next_numbers(name, 1)[0]


def next_numbers(name: str, count: int) -> range:
    """So many at once."""
    Counter.objects.bulk_create([Counter(name=name)], ignore_conflicts=True)
    counter = Counter.objects.select_for_update().get(name=name)
    first = counter.value + 1
    counter.value += count
    counter.save()
    return range(first, first + count)
