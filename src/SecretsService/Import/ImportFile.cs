namespace SecretsService.Import;

/// <summary>
/// An import file that could be read as a whole. Its keys are names (<c>SecretName</c>), none is reserved, no two differ in letter case
/// only, and every value can be stored; past this no entry is checked again.
/// </summary>
internal sealed class ImportFile(IReadOnlyList<ImportEntry> entries, IReadOnlyList<ImportNotice> warnings)
{
    /// <summary>One for each key, in the file's order. Of a key that stands several times the last one is here, at its place.</summary>
    public IReadOnlyList<ImportEntry> Entries { get; } = entries;

    /// <summary>What the file's author may have meant otherwise, in the order found.</summary>
    public IReadOnlyList<ImportNotice> Warnings { get; } = warnings;
}

/// <summary>A key and its value.</summary>
/// <param name="Name">The key, which is a name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Line">The line, from 1, that the key stands on; null in a format without lines.</param>
internal sealed record ImportEntry(string Name, ImportValue Value, int? Line)
{
    /// <summary>The entry without its value.</summary>
    public override string ToString() => Name;
}

/// <summary>A value: at most <c>SecretLimits.ValueBytes</c> bytes of UTF-8 without a NUL.</summary>
/// <param name="Text">The text; of an object, its compact JSON with the members in the file's order.</param>
/// <param name="IsObject">True where the file has a JSON object here, which is a typed secret's value.</param>
internal sealed record ImportValue(string Text, bool IsObject = false)
{
    /// <summary>Nothing of the value.</summary>
    public override string ToString() => "(value)";
}

/// <summary>Something that a person should look at although the file can be imported. Never a part of a value.</summary>
/// <param name="Line">The line, from 1, or null where it has none.</param>
/// <param name="Key">The key, or null where it is about the whole file.</param>
/// <param name="Message">What was read, and what to write where something else is meant.</param>
internal sealed record ImportNotice(int? Line, string? Key, string Message);
