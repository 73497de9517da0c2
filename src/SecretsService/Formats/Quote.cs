namespace SecretsService.Formats;

/// <summary>A kind of quote that readers of .env files know.</summary>
/// <param name="Character">The character that opens and closes.</param>
/// <param name="One">What one of them is called.</param>
/// <param name="Pair">Where something stands that two of them enclose.</param>
internal sealed record Quote(byte Character, string One, string Pair)
{
    public static readonly Quote Single = new((byte)'\'', "single quote", "single quotes");

    public static readonly Quote Double = new((byte)'"', "double quote", "double quotes");

    public static readonly Quote Backtick = new((byte)'`', "backtick", "backticks");

    /// <summary>All of them. Most other readers take what is between single quotes as it is, so that these come first.</summary>
    public static readonly IReadOnlyList<Quote> All = [Single, Double, Backtick];
}
