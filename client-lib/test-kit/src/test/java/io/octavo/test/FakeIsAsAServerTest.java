package io.octavo.test;

/** What holds of servers holds of a fake. */
class FakeIsAsAServerTest extends EitherServerTest {
    @Override
    OctavoExtension extension() {
        return new OctavoExtension(FakeOctavo::new);
    }
}
