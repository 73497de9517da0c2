namespace SecretsService.Deployments;

/// <summary>
/// A text in which any number of others is found at a cost that is linear in the length of all of them together, whatever they are: the suffix automaton
/// of the text (Blumer et al., "The smallest automaton recognizing the subwords of a text", 1985). Looking for one after the other costs the length
/// of the text for each, and a map may have a hundred thousand lines.
/// </summary>
internal sealed class SearchableText
{
    private const int Root = 0;
    private const int None = -1;

    // For each state: how long the longest text is that leads to it, the state of its longest suffix that is elsewhere too, its first edge, and how long
    // the longest text is that was looked for and leads there.
    private readonly int[] _length;
    private readonly int[] _suffix;
    private readonly int[] _firstEdge;
    private readonly int[] _found;

    // For each edge: its byte, where it leads to, and the state's next edge.
    private readonly byte[] _edgeByte;
    private readonly int[] _edgeTo;
    private readonly int[] _nextEdge;

    // The state after each byte of the text.
    private readonly int[] _stateAfter;
    private int _states;
    private int _edges;

    /// <summary>Makes a text searchable.</summary>
    /// <param name="text">The text. It is not kept, but what stands for it is: some 50 bytes for each byte.</param>
    public SearchableText(ReadOnlySpan<byte> text)
    {
        // What an automaton has at most.
        var (states, edges) = ((2 * text.Length) + 1, (3 * text.Length) + 1);
        (_length, _suffix, _firstEdge, _found) = (new int[states], new int[states], new int[states], new int[states]);
        (_edgeByte, _edgeTo, _nextEdge) = (new byte[edges], new int[edges], new int[edges]);
        _stateAfter = new int[text.Length];
        var last = AddState(0, None);
        for (var at = 0; at < text.Length; at++)
        {
            last = Append(last, text[at]);
            _stateAfter[at] = last;
        }
    }

    /// <summary>Looks for every place where another text stands.</summary>
    public void LookFor(ReadOnlySpan<byte> other)
    {
        var state = Root;
        foreach (var b in other)
        {
            var edge = EdgeOf(state, b);
            if (edge == None)
            {
                return;
            }

            state = _edgeTo[edge];
        }

        _found[state] = Math.Max(_found[state], other.Length);
    }

    /// <summary>For each byte of the text: how long the longest text is that was looked for and ends with this byte; 0 where none does.</summary>
    public int[] LongestEnds()
    {
        var states = Enumerable.Range(0, _states).ToArray();
        Array.Sort(_length[.._states], states);
        var longest = _found[.._states];
        foreach (var state in states.AsSpan(1))
        {
            longest[state] = Math.Max(longest[state], longest[_suffix[state]]);
        }

        return Array.ConvertAll(_stateAfter, state => longest[state]);
    }

    private int Append(int last, byte b)
    {
        var added = AddState(_length[last] + 1, Root);
        var state = last;
        for (; state != None && EdgeOf(state, b) == None; state = _suffix[state])
        {
            AddEdge(state, b, added);
        }

        if (state != None)
        {
            _suffix[added] = Separated(state, b);
        }

        return added;
    }

    // The state of the texts that lead to a state and go on with a byte, and of no longer ones.
    private int Separated(int state, byte b)
    {
        var next = _edgeTo[EdgeOf(state, b)];
        if (_length[next] == _length[state] + 1)
        {
            return next;
        }

        var copy = AddState(_length[state] + 1, _suffix[next]);
        for (var edge = _firstEdge[next]; edge != None; edge = _nextEdge[edge])
        {
            AddEdge(copy, _edgeByte[edge], _edgeTo[edge]);
        }

        _suffix[next] = copy;
        for (; state != None && EdgeOf(state, b) is var edge and not None && _edgeTo[edge] == next; state = _suffix[state])
        {
            _edgeTo[edge] = copy;
        }

        return copy;
    }

    private int AddState(int length, int suffix)
    {
        (_length[_states], _suffix[_states], _firstEdge[_states]) = (length, suffix, None);
        return _states++;
    }

    private void AddEdge(int state, byte b, int to)
    {
        (_edgeByte[_edges], _edgeTo[_edges], _nextEdge[_edges]) = (b, to, _firstEdge[state]);
        _firstEdge[state] = _edges++;
    }

    private int EdgeOf(int state, byte b)
    {
        var edge = _firstEdge[state];
        while (edge != None && _edgeByte[edge] != b)
        {
            edge = _nextEdge[edge];
        }

        return edge;
    }
}
