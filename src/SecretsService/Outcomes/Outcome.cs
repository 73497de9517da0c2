using System.Diagnostics.CodeAnalysis;

namespace SecretsService.Outcomes;

/// <summary>What an operation came to: a value, or the <see cref="Outcomes.Failure"/> that stood against it.</summary>
/// <typeparam name="T">The value's type.</typeparam>
internal readonly struct Outcome<T>
    where T : notnull
{
    private readonly T? _value;

    private Outcome(T? value, Failure? failure)
    {
        _value = value;
        Failure = failure;
    }

    /// <summary>What stood against it, or null where there is a value.</summary>
    public Failure? Failure { get; }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Failure failure) => new(default, failure);

    /// <summary>Makes an outcome of a value whose type is an interface: the language converts none of those by itself.</summary>
    public static Outcome<T> Of(T value) => new(value, null);

    /// <summary>Tells a value from a failure: exactly one of the two is there.</summary>
    /// <param name="value">The value, where the operation succeeded.</param>
    /// <param name="failure">What stood against it, where it did not.</param>
    public bool Succeeded([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Failure? failure)
    {
        value = _value;
        failure = Failure;
        return failure is null;
    }
}
