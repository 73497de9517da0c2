using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace SecretsService.Limits;

/// <summary>
/// What counts as one address: an IPv4 address, or the IPv6 network of 64 bits that an address is in, for its holder can make up the rest.
/// Requests without an address, by a unix socket, are one together.
/// </summary>
/// <param name="Bits">The first 64 bits of the address as IPv6 has it; the last 32 of one that is IPv4's.</param>
/// <param name="IsIPv4">True for IPv4.</param>
internal readonly record struct AddressBlock(ulong Bits, bool IsIPv4)
{
    /// <summary>The block that an address is in.</summary>
    public static AddressBlock Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.TryWriteBytes(bytes, out _))
        {
            return default;
        }

        return address.AddressFamily == AddressFamily.InterNetwork ? new AddressBlock(BinaryPrimitives.ReadUInt32BigEndian(bytes), true)
            : address.IsIPv4MappedToIPv6 ? new AddressBlock(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), true)
            : new AddressBlock(BinaryPrimitives.ReadUInt64BigEndian(bytes), false);
    }
}
