using System.Buffers;

namespace SecretsService.Formats;

/// <summary>Why a consumer cannot be given variables as they are.</summary>
/// <param name="Name">The variable at fault; null where it is all of them together.</param>
/// <param name="Reason">What is wrong and what to do, in a sentence or two; never a part of a value.</param>
internal readonly record struct FormatFault(string? Name, string Reason);

/// <summary>What a format needs to know beyond the variables.</summary>
/// <param name="ResourceName">What the variables may be called as a whole where the consumer wants a name: a DNS label or several (RFC 1123), such as <c>shop-production</c>.</param>
/// <param name="Unguessable">
/// Makes 32 hexadecimal digits of some bytes that nobody can foresee who does not hold the account's key, and the same ones for the same bytes:
/// what is read twice stays the same, byte for byte.
/// </param>
internal sealed record FormatContext(string ResourceName, Func<ReadOnlySpan<byte>, string> Unguessable);

/// <summary>
/// Writes variables as one consumer reads them: reading gives back the same bytes for each, whatever they are. What the consumer cannot carry is
/// a fault, found before anything is written; a corrupted line is never written. There is one class for each consumer; each says where its rules
/// come from. Formats keep no state and are shared by threads. Plaintext goes into the given buffer only, never into a string or an array that is not
/// zeroed.
/// </summary>
internal abstract class VariableFormat
{
    /// <summary>The format's name in <c>?format=</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The media type of what it writes, without parameters.</summary>
    public virtual string MediaType => "text/plain";

    /// <summary>What reads it, for people: for example "docker run --env-file".</summary>
    public abstract string Consumer { get; }

    /// <summary>Whether a value of several lines can be written.</summary>
    public virtual bool CarriesLineBreaks => true;

    /// <summary>Everything that stands against writing these variables: empty where nothing does.</summary>
    public IReadOnlyList<FormatFault> Check(IReadOnlyList<Variable> variables)
    {
        var faults = new List<FormatFault>();
        foreach (var variable in variables)
        {
            AddTo(faults, variable.Name, FaultOfName(variable.Name));
            AddTo(faults, variable.Name, FaultOfSize(variable.Name, variable.Value.Length) ?? FaultOfValue(variable));
        }

        AddTo(faults, null, FaultOfAll(variables));
        return faults;
    }

    /// <summary>Writes variables in which <see cref="Check"/> found nothing wrong, in their order.</summary>
    /// <param name="variables">The variables.</param>
    /// <param name="context">What else there is to know.</param>
    /// <param name="output">Takes the text, in UTF-8.</param>
    public abstract void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output);

    /// <summary>Why the consumer cannot have a variable of this name; null where it can.</summary>
    public virtual string? FaultOfName(string name) => null;

    /// <summary>Why the consumer can never have a value of this size under this name, whatever it says; null where it can.</summary>
    public virtual string? FaultOfSize(string name, int valueBytes) => null;

    /// <summary>Why the consumer cannot be given this variable's value; null where it can.</summary>
    protected virtual string? FaultOfValue(Variable variable) => null;

    /// <summary>Why the consumer cannot be given all of them together; null where it can.</summary>
    protected virtual string? FaultOfAll(IReadOnlyList<Variable> variables) => null;

    private static void AddTo(List<FormatFault> faults, string? name, string? reason)
    {
        if (reason is not null)
        {
            faults.Add(new FormatFault(name, reason));
        }
    }
}
