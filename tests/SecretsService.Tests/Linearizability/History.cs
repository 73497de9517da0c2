namespace SecretsService.Tests.Linearizability;

/// <summary>
/// A change that wrote one value to every key of a group. The changes of a group follow each other, each with a greater value: one client makes them.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="Value">The value.</param>
/// <param name="Began">When the request was sent, on the clock of all clients.</param>
/// <param name="Ended">When it was acknowledged; <see cref="long.MaxValue"/> where it never was, so that it may have happened at any time since.</param>
public sealed record Change(int Group, int Value, long Began, long Ended);

/// <summary>A read of all groups.</summary>
/// <param name="Values">The values of each group's keys; 0 for what was there before the first change.</param>
/// <param name="Began">When the request was sent.</param>
/// <param name="Ended">When its answer had arrived.</param>
public sealed record Reading(IReadOnlyList<IReadOnlyList<int>> Values, long Began, long Ended);

/// <summary>
/// What clients of several replicas saw, and whether there is one order of it all that explains it: each operation at one instant between its beginning and
/// its end, and each read gives what the changes before it left (Herlihy and Wing, 1990). With one writer to a group that can be told from four rules.
/// </summary>
/// <param name="Changes">The changes.</param>
/// <param name="Readings">The reads that were answered.</param>
public sealed record History(IReadOnlyList<Change> Changes, IReadOnlyList<Reading> Readings)
{
    /// <summary>What no order explains; empty where one explains everything.</summary>
    public IReadOnlyList<string> Faults() => [.. Torn(), .. OutOfTime(), .. Backwards(), .. Incomparable()];

    // A change is seen as a whole or not at all.
    private IEnumerable<string> Torn() =>
        from reading in Readings
        from values in reading.Values
        where values.Distinct().Count() != 1
        select $"torn: one read saw {string.Join(" and ", values)} in one group";

    // Not older than what was acknowledged before the read began, not newer than what was sent before it ended.
    private IEnumerable<string> OutOfTime()
    {
        foreach (var reading in Readings)
        {
            for (var group = 0; group < reading.Values.Count; group++)
            {
                var value = reading.Values[group][0];
                var oldest = Changes.Where(c => c.Group == group && c.Ended < reading.Began).Select(c => c.Value).DefaultIfEmpty(0).Max();
                var newest = Changes.Where(c => c.Group == group && c.Began < reading.Ended).Select(c => c.Value).DefaultIfEmpty(0).Max();
                if (value < oldest)
                {
                    yield return $"stale: a read saw {value} in group {group} after {oldest} was acknowledged";
                }
                else if (value > newest)
                {
                    yield return $"early: a read saw {value} in group {group} before it was written";
                }
            }
        }
    }

    // Of two reads that do not overlap the later one sees no less.
    private IEnumerable<string> Backwards()
    {
        var byEnd = Readings.OrderBy(r => r.Ended).ToList();
        var seen = new List<int>();
        var next = 0;
        foreach (var reading in Readings.OrderBy(r => r.Began))
        {
            for (; next < byEnd.Count && byEnd[next].Ended < reading.Began; next++)
            {
                seen = [.. Firsts(byEnd[next]).Select((value, group) => Math.Max(value, seen.ElementAtOrDefault(group)))];
            }

            if (Firsts(reading).Where((value, group) => value < seen.ElementAtOrDefault(group)).Any())
            {
                yield return $"backwards: a read saw {string.Join(',', Firsts(reading))} after another one had seen {string.Join(',', seen)}";
            }
        }
    }

    // Of any two reads one saw no less of every group: otherwise each had seen a change before another one that the other had seen the other way round.
    private IEnumerable<string> Incomparable()
    {
        var ordered = Readings.Select(r => Firsts(r).ToList()).OrderBy(values => values.Sum()).ToList();
        return
            from pair in ordered.Zip(ordered.Skip(1))
            where pair.First.Zip(pair.Second).Any(values => values.First > values.Second)
            select $"incomparable: one read saw {string.Join(',', pair.First)} and another one {string.Join(',', pair.Second)}";
    }

    private static IEnumerable<int> Firsts(Reading reading) => reading.Values.Select(values => values[0]);
}
