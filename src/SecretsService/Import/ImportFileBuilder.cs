using System.Text;
using SecretsService.Contracts;
using SecretsService.Outcomes;

namespace SecretsService.Import;

/// <summary>Where an entry stands in its file, as messages say it.</summary>
/// <param name="Field">The field of the answer's errors, for example "line 3".</param>
/// <param name="Subject">The key that each message begins with, or null where the field says it or nothing may.</param>
/// <param name="Line">The line, or null in a format without lines.</param>
internal readonly record struct ImportPlace(string Field, string? Subject, int? Line);

/// <summary>Collects what a reader finds, and makes the checks that all formats share.</summary>
/// <param name="isReserved">Tells a reserved name, in whatever letter case.</param>
/// <param name="maxEntries">The most keys that the file may hold.</param>
internal sealed class ImportFileBuilder(Func<string, bool> isReserved, int maxEntries)
{
    // A file of a megabyte can have half a million faulty lines, and its answer a hundred times its size.
    private const int MaxFindings = 1_000;

    private readonly List<ImportEntry?> _entries = [];
    private readonly Dictionary<string, Occurrence> _lastOccurrences = new(StringComparer.OrdinalIgnoreCase);
    private readonly FieldErrors _faults = new();
    private readonly List<ImportNotice> _warnings = [];
    private int _faultCount;
    private int _warningCount;

    /// <summary>Adds a fault. From then on there is no file, but reading goes on to find the other faults.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="fault">A sentence or more that begins with a capital letter, without any part of a value.</param>
    public void Refuse(ImportPlace place, string fault)
    {
        if (++_faultCount <= MaxFindings)
        {
            _faults.Add(place.Field, place.Subject is null ? fault : $"{place.Subject}: {char.ToLowerInvariant(fault[0])}{fault[1..]}");
        }
    }

    /// <summary>Adds a warning, which is answered only where there is no fault.</summary>
    public void Warn(int? line, string? key, string message)
    {
        if (++_warningCount <= MaxFindings)
        {
            _warnings.Add(new ImportNotice(line, key, message));
        }
    }

    /// <summary>Adds an entry whose key is a name, or its faults.</summary>
    public void Add(string name, ImportValue value, ImportPlace place)
    {
        CheckName(name, place);
        CheckValue(value.Text, place);
        _entries.Add(new ImportEntry(name, value, place.Line));
        _lastOccurrences[name] = new Occurrence(name, place, _entries.Count - 1);
    }

    /// <summary>The file, or all faults.</summary>
    public Outcome<ImportFile> Finish()
    {
        if (_faultCount > MaxFindings)
        {
            _faults.Add("file", $"{_faultCount - MaxFindings} more faults are not listed.");
        }

        if (_warningCount > MaxFindings)
        {
            _warnings.Add(new ImportNotice(null, null, $"{_warningCount - MaxFindings} more warnings are not listed."));
        }

        return _faultCount > 0 ? Failure.Invalid(_faults) : new ImportFile([.. _entries.OfType<ImportEntry>()], _warnings);
    }

    private void CheckName(string name, ImportPlace place)
    {
        if (isReserved(name))
        {
            Refuse(place, "This name is reserved and cannot be used: the platform sets it itself. Choose another name.");
        }

        if (_lastOccurrences.TryGetValue(name, out var earlier))
        {
            CheckRepetition(name, place, earlier);
        }
        else if (_lastOccurrences.Count == maxEntries)
        {
            Refuse(place, $"A file may hold {maxEntries} keys at most. Divide it, or have the operator raise the limit.");
        }
    }

    private void CheckRepetition(string name, ImportPlace place, Occurrence earlier)
    {
        if (earlier.Name != name)
        {
            Refuse(place, $"This key and {earlier.Words} differ in letter case only. Remove or rename one of them.");
        }
        else
        {
            _entries[earlier.Index] = null;
            Warn(place.Line, name, $"The key stands on line {earlier.Place.Line} too: the value of line {place.Line}, the last one, counts.");
        }
    }

    private void CheckValue(string value, ImportPlace place)
    {
        if (Encoding.UTF8.GetByteCount(value) > SecretLimits.ValueBytes)
        {
            Refuse(place, $"May hold {SecretLimits.ValueBytes} bytes of UTF-8 at most.");
        }

        if (value.Contains('\0', StringComparison.Ordinal))
        {
            Refuse(place, "May not hold a NUL character: no environment variable can.");
        }
    }

    private sealed record Occurrence(string Name, ImportPlace Place, int Index)
    {
        // The key of an entry without lines is its field.
        public string Words => Place.Line is null || Place.Subject is null ? Place.Field : $"{Place.Subject} on {Place.Field}";
    }
}
