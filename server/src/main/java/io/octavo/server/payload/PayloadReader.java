package io.octavo.server.payload;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.PayloadLinks;
import io.octavo.protocol.S3Location;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.FailoverStream.Source;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads payloads from wherever their pointers say. */
final class PayloadReader {
    private final List<RegionStore> regions;
    private final DirectPayloads direct;

    /** @param regions the nearest first */
    PayloadReader(List<RegionStore> regions, DirectPayloads direct) {
        this.regions = List.copyOf(regions);
        this.direct = direct;
    }

    InputStream open(Part part, long offset, long length) {
        if (offset < 0 || offset > part.getSize()) {
            throw new InvalidField("offset", offset, "0…" + part.getSize());
        }
        if (length < 0 || length > part.getSize() - offset) {
            throw new InvalidField("length", length, "0…" + (part.getSize() - offset));
        }
        if (part.hasDirect()) {
            return openDirect(part, offset, length);
        }
        List<Source> sources = sources(part);
        return length == 0
                ? InputStream.nullInputStream()
                : FailoverStream.open(sources, sources.size() == locations(part).size(), offset, length);
    }

    PayloadLinks links(Part part, String callerRegion) {
        PayloadLinks.Builder links = PayloadLinks.newBuilder();
        if (!part.hasDirect()) {
            List<Source> sources = new ArrayList<>(sources(part));
            sources.sort(Comparator.comparing(source -> !source.store().name().equals(callerRegion)));
            sources.forEach(source -> links.addLinks(source.store().link(source.location())));
        }
        return links.build();
    }

    boolean isMissing(Part part) {
        if (part.hasDirect()) {
            return !direct.has(part.getDirect().getPayloadId());
        }
        List<Source> sources = sources(part);
        @Nullable ServiceException unreachable = null;
        for (Source source : sources) {
            try {
                if (source.store().has(source.location())) {
                    return false;
                }
            } catch (ServiceException e) {
                unreachable = e;
            }
        }
        if (unreachable != null) {
            throw unreachable;
        }
        if (sources.size() < locations(part).size()) {
            throw ServiceException.unavailable(
                    "payload: not in the regions known here, and there are others", Duration.ofSeconds(30), null);
        }
        return true;
    }

    private InputStream openDirect(Part part, long offset, long length) {
        if (part.getSize() == 0) {
            return InputStream.nullInputStream();
        }
        ByteString bytes = direct.read(part.getDirect().getPayloadId());
        if (bytes.size() != part.getSize()) {
            throw ServiceException.of(
                    ErrorCode.INTERNAL,
                    "payload: " + bytes.size() + " bytes are kept (expected: " + part.getSize() + ")");
        }
        return bytes.substring((int) offset, (int) (offset + length)).newInput();
    }

    /** Where it is, as far as this node knows the regions, in their order here. */
    private List<Source> sources(Part part) {
        List<Source> sources = new ArrayList<>();
        for (RegionStore region : regions) {
            for (S3Location location : locations(part)) {
                if (location.getRegion().equals(region.name())) {
                    sources.add(new Source(region, location));
                }
            }
        }
        return sources;
    }

    private static List<S3Location> locations(Part part) {
        return switch (part.getPointerCase()) {
            case S3 -> part.getS3().getLocationsList();
            case EXTERNAL -> part.getExternal().getLocationsList();
            case DIRECT, POINTER_NOT_SET ->
                throw ServiceException.of(
                        ErrorCode.INTERNAL,
                        "pointer: " + part.getPointerCase() + " (expected: one that this node knows)");
        };
    }
}
