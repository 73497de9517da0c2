using System.Text.Json;
using NJsonSchema;

namespace SecretsService.SecretTypes;

/// <summary>
/// Reads a schema into the validator's objects, one subschema after another. Every keyword is either enforced or refused: one that is
/// passed over is a check that checks nothing. The validator's own reader is not used, so nothing is ever fetched; a $ref is replaced
/// by a copy of what it points to, and the copies are counted.
/// </summary>
internal sealed class SchemaReader
{
    private static readonly string[] DefinitionKeywords = ["$defs", "definitions"];

    private readonly JsonElement _root;
    private readonly HashSet<string> _references = new(StringComparer.Ordinal);
    private readonly List<string> _openReferences = [];
    private readonly List<StringRule> _rules = [];
    private int _parts;
    private int _patterns;

    private SchemaReader(JsonElement root) => _root = root;

    public SchemaFaults Faults { get; } = new();

    /// <summary>The rules for strings that the nodes name.</summary>
    public IReadOnlyList<StringRule> Rules => _rules;

    private bool HasToStop => Faults.IsFull || _parts > TypeLimits.SchemaParts || _patterns > TypeLimits.Patterns;

    /// <summary>Reads a whole schema.</summary>
    /// <param name="root">JSON in which <see cref="JsonFaults"/> finds nothing.</param>
    /// <param name="reader">Has the faults and the rules.</param>
    /// <returns>The root; of use only where there is no fault.</returns>
    public static SchemaNode Read(JsonElement root, out SchemaReader reader)
    {
        reader = new SchemaReader(root);
        var place = new SchemaPlace(root, "", 0);
        if (!root.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String || !type.ValueEquals("object"))
        {
            reader.Faults.Add("/type", "A typed secret is an object. Write \"type\": \"object\" at the root.");
        }

        var node = reader.ReadSchema(place, []);
        reader.ReadDefinitions(place);
        return node;
    }

    /// <summary>Reads one subschema.</summary>
    /// <param name="place">Where it stands.</param>
    /// <param name="inherited">The types that the schema around it leaves for the same value.</param>
    public SchemaNode ReadSchema(SchemaPlace place, IReadOnlyList<string> inherited)
    {
        var node = new SchemaNode();
        place = place with { Depth = place.Depth + 1 };
        if (place.Element.ValueKind != JsonValueKind.Object)
        {
            Faults.Add(place.Pointer, "Must be a schema: a JSON object.");
        }
        else if (place.Depth > TypeLimits.SubschemaDepth)
        {
            Faults.Add("", $"Must not have more than {TypeLimits.SubschemaDepth} subschemas inside one another, $ref included.");
        }
        else if (Count(1))
        {
            Fill(node, place, inherited);
        }

        return node;
    }

    /// <summary>Counts parts of the schema.</summary>
    /// <returns>False once there are too many, or too many faults: stop reading.</returns>
    public bool Count(int parts)
    {
        _parts += parts;
        if (_parts > TypeLimits.SchemaParts)
        {
            Faults.Add("", $"Must have at most {TypeLimits.SchemaParts} subschemas, required names and members of enum, once each $ref is replaced by its target.");
        }

        return !HasToStop;
    }

    /// <summary>Counts a pattern.</summary>
    /// <inheritdoc cref="Count" path="/returns"/>
    public bool CountPattern()
    {
        if (++_patterns > TypeLimits.Patterns)
        {
            Faults.Add("", $"Must have at most {TypeLimits.Patterns} patterns, once each $ref is replaced by its target.");
        }

        return !HasToStop;
    }

    /// <summary>Adds a rule for strings to a node, next to those that it has.</summary>
    public void AddRule(SchemaNode node, string message, Func<string, bool> allows)
    {
        var rule = new StringRule($"rule:{_rules.Count}", message, allows);
        _rules.Add(rule);
        node.AllOf.Add(new SchemaNode { Rule = rule, Format = rule.Format });
    }

    private void Fill(SchemaNode node, SchemaPlace place, IReadOnlyList<string> inherited)
    {
        if (place.Element.TryGetProperty("$ref", out var reference))
        {
            ReadReference(node, place, reference, inherited);
            return;
        }

        var types = TypesOf(place, inherited);
        types = ChoiceKeywords.Narrow(this, place, types);
        CheckNames(place, types);
        ApplyTypes(node, place, types);
        foreach (var (name, member) in place.Members())
        {
            if (!HasToStop && SchemaKeywords.OfAnyType.TryGetValue(name, out var keyword))
            {
                keyword(this, node, member, types);
            }
        }
    }

    private IReadOnlyList<string> TypesOf(SchemaPlace place, IReadOnlyList<string> inherited)
    {
        if (!place.Element.TryGetProperty("type", out var type))
        {
            return inherited;
        }

        var names = type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray()] : new[] { type };
        var types = names.Select(name => name.ValueKind == JsonValueKind.String ? name.GetString()! : "").ToList();
        if (types.Count > 0 && types.TrueForAll(SchemaTypes.IsKnown) && types.Distinct(StringComparer.Ordinal).Count() == types.Count)
        {
            return types;
        }

        Faults.Add(place.Child("type", type).Pointer, SchemaTypes.Rule);
        return SchemaTypes.Names;
    }

    private void CheckNames(SchemaPlace place, IReadOnlyList<string> types)
    {
        foreach (var (name, member) in place.Members())
        {
            if (SchemaKeywords.OwnersOf(name) is { } owners && !owners.Intersect(types, StringComparer.Ordinal).Any())
            {
                Faults.Add(member.Pointer, $"Is enforced only beside its type. Write \"type\": \"{owners[0]}\" next to it.");
            }
            else if (DefinitionKeywords.Contains(name, StringComparer.Ordinal) && place.Depth > 1)
            {
                Faults.Add(member.Pointer, "Must stand at the root of the schema.");
            }
            else if (!SchemaKeywords.IsKnown(name))
            {
                Faults.Add(member.Pointer, $"Is not enforced here. Leave it out. {SchemaKeywords.Supported}");
            }
        }
    }

    // One type stands on the node itself, several in a choice of nodes with one type each.
    private void ApplyTypes(SchemaNode node, SchemaPlace place, IReadOnlyList<string> types)
    {
        if (types.Count == 1)
        {
            ApplyType(node, place, types[0]);
        }
        else if (types.Count > 1)
        {
            var choice = new SchemaNode { TypeChoice = SchemaTypes.Describe(types) };
            foreach (var type in types)
            {
                var alternative = new SchemaNode();
                ApplyType(alternative, place, type);
                choice.AnyOf.Add(alternative);
            }

            node.AllOf.Add(choice);
        }
    }

    private void ApplyType(SchemaNode node, SchemaPlace place, string type)
    {
        SchemaTypes.Apply(type, node);
        foreach (var (name, member) in place.Members())
        {
            if (!HasToStop && SchemaKeywords.OfType(type, name) is { } keyword)
            {
                keyword(this, node, member);
            }
        }

        ArrayKeywords.CheckUniqueness(this, node, place);
    }

    private void ReadReference(SchemaNode node, SchemaPlace place, JsonElement reference, IReadOnlyList<string> inherited)
    {
        var pointer = place.Child("$ref", reference).Pointer;
        if (place.Members().Any(member => member.Name != "$ref" && !SchemaKeywords.IsAnnotation(member.Name)))
        {
            Faults.Add(pointer, "Must stand alone. Put it into allOf, next to the other keywords.");
        }

        if (reference.ValueKind != JsonValueKind.String || FindDefinition(reference.GetString()!, place.Depth) is not { } target)
        {
            Faults.Add(pointer, "Must be #/$defs/NAME or #/definitions/NAME, where the root of the schema defines NAME. Nothing is fetched.");
        }
        else if (_openReferences.Contains(target.Pointer, StringComparer.Ordinal))
        {
            Faults.Add(pointer, "Must not lead back to itself: a schema with a loop has no end.");
        }
        else
        {
            _references.Add(target.Pointer);
            _openReferences.Add(target.Pointer);
            node.AllOf.Add(ReadSchema(target, inherited));
            _openReferences.RemoveAt(_openReferences.Count - 1);
        }
    }

    private SchemaPlace? FindDefinition(string reference, int depth)
    {
        foreach (var keyword in DefinitionKeywords)
        {
            var prefix = $"#/{keyword}/";
            if (reference.StartsWith(prefix, StringComparison.Ordinal)
                && _root.TryGetProperty(keyword, out var definitions)
                && definitions.ValueKind == JsonValueKind.Object
                && definitions.TryGetProperty(reference[prefix.Length..], out var definition))
            {
                return new SchemaPlace(definitions, $"/{keyword}", depth).Child(reference[prefix.Length..], definition);
            }
        }

        return null;
    }

    // A definition that nothing points to is read as well: a fault in it would show on the day that something does.
    private void ReadDefinitions(SchemaPlace root)
    {
        foreach (var (_, definitions) in root.Members().Where(member => DefinitionKeywords.Contains(member.Name, StringComparer.Ordinal)))
        {
            if (definitions.Element.ValueKind != JsonValueKind.Object)
            {
                Faults.Add(definitions.Pointer, "Must be an object of schemas.");
                continue;
            }

            foreach (var (_, definition) in definitions.Members())
            {
                if (!_references.Contains(definition.Pointer))
                {
                    _ = ReadSchema(definition with { Depth = 1 }, []);
                }
            }
        }
    }
}
