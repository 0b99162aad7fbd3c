package io.octavo.server;

import io.octavo.server.nodes.Membership;
import io.octavo.server.nodes.NodeTable;
import io.octavo.server.peers.NodeCalls;
import io.octavo.server.peers.PeerTls;
import io.octavo.server.security.NodeSecret;
import io.octavo.server.security.SecurityConfig;
import io.octavo.server.tls.ServerTls;
import io.octavo.server.tls.TlsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How this node calls the others. */
@Configuration(proxyBeanMethods = false)
class PeersWiring {
    private static final Logger LOG = LoggerFactory.getLogger(PeersWiring.class);

    @Bean
    NodeCalls nodeCalls(
            NodeTable.Node self,
            Membership membership,
            SecurityConfig security,
            TlsConfig tls,
            ObjectProvider<ServerTls> own) {
        NodeCalls calls =
                new NodeCalls(self, new NodeSecret(security).shown(), new PeerTls(tls.nodeCa(), own.getIfAvailable()));
        if (security.enabled() && security.nodeSecret().isEmpty()) {
            LOG.info("octavo.security.node-secret: none (expected: the same on all nodes, if there are several); this"
                    + " node calls no other, which learn of its commits from the feed, a second later");
        } else {
            membership.follow(calls::nodes);
        }
        return calls;
    }
}
